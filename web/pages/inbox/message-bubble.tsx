import { CornerUpLeft } from 'lucide-react';
import { memo } from 'react';
import { formatDateTime, formatTime } from '../../format/times.ts';
import type { MessageItem } from '../../thread/message-item.ts';
import type { Reaction } from '../../thread/reactions.ts';
import { classNames } from '../../ui/class-names.ts';
import { AttachmentView } from './attachment-view.tsx';
import { MessageText } from './message-text.tsx';

interface MessageBubbleProps {
  item: MessageItem;
  /** Who the customer is. */
  name: string;
  onGoTo: (key: string) => void;
}

/** A message with what it answers, what came of it, and when it was. */
export const MessageBubble = memo(function MessageBubble({ item, name, onGoTo }: MessageBubbleProps) {
  const isOurs = item.direction === 'outbound';
  const hasText = item.text !== null && item.text !== '';
  const saysNothing =
    item.unsentAt === null && !hasText && item.attachments.length === 0 && item.story === null;
  const isBubble = hasText || item.unsentAt !== null || saysNothing;
  return (
    <div
      className={classNames(
        'flex max-w-[min(85%,40rem)] flex-col gap-1',
        isOurs ? 'ml-auto items-end' : 'items-start',
      )}
    >
      <span className="sr-only">{isOurs ? 'The page:' : `${name}:`}</span>
      {item.quote !== null && <QuoteView quote={item.quote} name={name} onGoTo={onGoTo} />}
      {item.story !== null && <StoryView story={item.story} />}
      {item.attachments.map((attachment, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: attachments have no name of their own, and stay as they are
        <AttachmentView key={place} attachment={attachment} />
      ))}
      {isBubble && (
        <div
          className={classNames(
            'max-w-full min-w-0 rounded-2xl px-3.5 py-2 text-[0.9375rem] leading-snug',
            !hasText && 'border border-dashed border-line-strong text-muted italic',
            hasText && (isOurs ? 'bg-accent text-on-accent' : 'bg-sunken text-ink'),
          )}
        >
          {item.unsentAt !== null ? (
            <p title={formatDateTime(item.unsentAt)}>Message unsent</p>
          ) : hasText ? (
            <MessageText text={item.text ?? ''} />
          ) : (
            <p>Meta shows nothing of this message</p>
          )}
        </div>
      )}
      {item.earlierTexts.length > 0 && <EarlierTexts texts={item.earlierTexts} editedAt={item.editedAt} />}
      {item.reactions.length > 0 && <Reactions reactions={item.reactions} name={name} />}
      {item.notes.length > 0 && <p className="px-1 text-xs text-muted">{item.notes.join(' · ')}</p>}
      {(item.endsGroup || item.receipt !== null) && (
        <p className="px-1 text-xs text-muted">
          <time dateTime={item.at} title={formatDateTime(item.at)}>
            {formatTime(item.at)}
          </time>
          {item.receipt !== null && (
            <span title={formatDateTime(item.receipt.at)}>
              {' · '}
              {item.receipt.kind === 'read' ? 'Read' : 'Delivered'} {formatTime(item.receipt.at)}
            </span>
          )}
        </p>
      )}
    </div>
  );
});

function QuoteView({
  quote,
  name,
  onGoTo,
}: {
  quote: NonNullable<MessageItem['quote']>;
  name: string;
  onGoTo: (key: string) => void;
}) {
  const words = (
    <>
      <CornerUpLeft aria-hidden className="size-3.5 shrink-0" />
      <span className="sr-only">Answers</span>
      {quote.direction !== null && (
        <span className="shrink-0 font-medium">{quote.direction === 'outbound' ? 'The page' : name}:</span>
      )}
      <span dir="auto" className="min-w-0 truncate">
        {quote.words}
      </span>
    </>
  );
  const look =
    'flex max-w-full items-center gap-1.5 rounded-lg border-l-2 border-line-strong bg-sunken px-2 py-1 text-xs text-muted';
  const { key } = quote;
  if (key === null) return <p className={look}>{words}</p>;
  return (
    <button
      type="button"
      title="Show that message"
      onClick={() => onGoTo(key)}
      className={classNames(look, 'hover:text-ink')}
    >
      {words}
    </button>
  );
}

function StoryView({ story }: { story: NonNullable<MessageItem['story']> }) {
  const words = story.relation === 'reply' ? 'Answered a story of yours' : 'Mentioned you in a story';
  return (
    <p className="px-1 text-xs text-muted">
      {words}
      {story.url !== null && (
        <>
          {' · '}
          <a
            href={story.url}
            target="_blank"
            rel="noopener noreferrer"
            className="text-accent underline underline-offset-2"
          >
            Open the story
          </a>
        </>
      )}
    </p>
  );
}

function EarlierTexts({ texts, editedAt }: { texts: string[]; editedAt: string | null }) {
  return (
    <details className="max-w-full px-1 text-xs text-muted">
      <summary title={editedAt === null ? undefined : formatDateTime(editedAt)}>edited</summary>
      <ol aria-label="Earlier texts" className="mt-1 flex flex-col gap-1 border-l-2 border-line-strong pl-2">
        {texts.map((text, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the place is the number of the edit
          <li key={place}>
            <MessageText text={text} />
          </li>
        ))}
      </ol>
    </details>
  );
}

function Reactions({ reactions, name }: { reactions: Reaction[]; name: string }) {
  return (
    <ul aria-label="Reactions" className="flex flex-wrap gap-1">
      {reactions.map(({ emoji, by }) => {
        const who = by.map((side) => (side === 'customer' ? name : 'the page')).join(' and ');
        return (
          <li
            key={emoji}
            title={who}
            className="rounded-full border border-line bg-surface px-2 py-0.5 text-sm leading-5 text-ink"
          >
            {emoji}
            {by.length > 1 && <span className="ml-1 text-xs">{by.length}</span>}
            <span className="sr-only"> from {who}</span>
          </li>
        );
      })}
    </ul>
  );
}
