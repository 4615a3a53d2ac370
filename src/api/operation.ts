import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { ProblemName } from '../contract/problems.ts';
import type { Scope } from '../contract/scopes.ts';

export type Method = 'get' | 'post' | 'patch' | 'delete';

/** Groups of operations, as the documentation shows them. */
export type Tag =
  | 'Pages'
  | 'Syncs'
  | 'Batches'
  | 'Jobs'
  | 'Conversations'
  | 'History'
  | 'Changes'
  | 'Notifications'
  | 'Maintenance'
  | 'Seeds'
  | 'Access'
  | 'About';

/** One answer of an operation. Without `body` and `events` it has none. */
export interface Answer {
  description: string;
  body?: z.ZodType;
  /** `application/json` unless said. */
  contentType?: string;
  /** Server-sent events: the schema of each one's data by its name; `message` is one without a name. */
  events?: Readonly<Record<string, z.ZodType>>;
  /** The header `Location` comes with it. */
  hasLocation?: true;
}

type Answers = Readonly<Record<number, Answer>>;

type BodyOf<T> = T extends { body: infer S extends z.ZodType } ? { body: z.output<S> } : { body?: never };

type HeadersOf<T> = T extends { hasLocation: true }
  ? { headers: { Location: string } }
  : { headers?: { Location?: never; [name: string]: string | undefined } };

/** What a handler answers with: one of the statuses that the operation names, with its headers and its body. */
export type ReplyOf<A extends Answers> = {
  [S in keyof A]: Pick<Reply, 'isInterim'> & { status: S } & HeadersOf<A[S]> & BodyOf<A[S]>;
}[keyof A];

/** Which attempt at a request it is: one with an `Idempotency-Key` may come again when nobody knows how it ended. */
export interface Attempt {
  /** A UUID for what the request makes, the same at every attempt: a later one finds what an earlier one has made. */
  id: string;
  /** An earlier attempt may have done it. */
  isRetry: boolean;
}

/** Of a request that has not been sent before. */
export function firstAttempt(): Attempt {
  return { id: randomUUID(), isRetry: false };
}

/** What a handler works with: everything that the operation describes, validated. */
export interface Input<Query, Body> {
  /** The path's parameters, as they stand there. */
  params: Record<string, string>;
  query: Query;
  body: Body;
  attempt: Attempt;
  /** For streams, and what is no part of a description. */
  req: Request;
  res: Response;
}

const NOTHING = z.strictObject({});
type Nothing = typeof NOTHING;

/** How an operation is written down. */
export interface OperationSpec<Q extends z.ZodType, B extends z.ZodType, A extends Answers> {
  method: Method;
  /** As OpenAPI writes it: `/api/pages/{id}`. */
  path: string;
  /** Unique; names the operation in generated clients. */
  id: string;
  tag: Tag;
  summary: string;
  description?: string;
  /** Who may. */
  scope: Scope;
  /** What the path's parameters are, by name. */
  params?: Record<string, string>;
  query?: Q;
  body?: B;
  /** Bodies that do something, by what they do. */
  examples?: Readonly<Record<string, z.input<B>>>;
  answers: A;
  /** The answer holds a secret: it is not kept for an `Idempotency-Key`, which has no effect here. */
  secret?: boolean;
  /** Problems of its own; those that any operation may have are added. */
  problems?: readonly ProblemName[];
  /** `null`: the handler answers by itself, as streams do. */
  handle(input: Input<z.output<Q>, z.output<B>>): Promise<ReplyOf<A> | null>;
}

/** An operation of the API: its description, from which the OpenAPI document is made, and what it does. */
export interface Operation {
  method: Method;
  path: string;
  id: string;
  tag: Tag;
  summary: string;
  description: string | null;
  scope: Scope;
  params: Record<string, string>;
  query: z.ZodType;
  /** `null`: the operation takes no body. */
  body: z.ZodType | null;
  examples: Readonly<Record<string, unknown>>;
  answers: Answers;
  secret: boolean;
  problems: readonly ProblemName[];
  handle(input: Input<unknown, unknown>): Promise<Reply | null>;
}

/** Whether a request that is sent again with its `Idempotency-Key` is not done again. */
export function takesIdempotencyKey({ method, secret, answers }: Operation): boolean {
  const streams = Object.values(answers).some(({ events }) => events !== undefined);
  return method === 'post' && !secret && !streams;
}

/** A reply, whatever the operation. */
export interface Reply {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
  /** Nobody waits for it any more, and there is more to say: whoever sends the request again does not get it. */
  isInterim?: boolean;
}

/**
 * Describes an operation. The schemas validate what comes in before the handler sees it; a handler whose answer does not
 * fit its description does not compile.
 */
export function operation<
  const A extends Answers,
  Q extends z.ZodType = Nothing,
  B extends z.ZodType = Nothing,
>(spec: OperationSpec<Q, B, A>): Operation {
  return {
    ...spec,
    description: spec.description ?? null,
    params: spec.params ?? {},
    query: spec.query ?? NOTHING,
    body: spec.method === 'get' || spec.method === 'delete' ? null : (spec.body ?? NOTHING),
    examples: spec.examples ?? {},
    secret: spec.secret ?? false,
    problems: spec.problems ?? [],
    // what the schemas let through is what the handler takes
    handle: (input) => spec.handle(input as Input<z.output<Q>, z.output<B>>) as Promise<Reply | null>,
  };
}
