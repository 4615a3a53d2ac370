import { ArrowLeft, ExternalLink } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Link } from 'react-router';
import type { ConversationResource } from '../../../src/contract/conversations.ts';
import type { PageName } from '../../api/page-names.ts';
import { isProblem } from '../../api/problem.ts';
import { formatCount, formatNumberOf } from '../../format/numbers.ts';
import { useDocumentTitle } from '../../layout/page-frame.tsx';
import { Badge } from '../../ui/badge.tsx';
import { buttonClass } from '../../ui/button.tsx';
import { EmptyState, ErrorState, LoadingState } from '../../ui/states.tsx';
import { Avatar } from './avatar.tsx';
import { nameOf } from './conversation-row.ts';
import { PlatformMark } from './platform-mark.tsx';
import { ReadAgainButton, ReadAgainStatus, useReadAgain } from './read-again.tsx';
import { ThreadMessages } from './thread-messages.tsx';
import { useConversation, useThread } from './use-thread.ts';

interface ThreadPaneProps {
  conversationId: string;
  /** The address of the list's filters. */
  search: string;
  pages: readonly PageName[];
}

/** One conversation beside the list, on narrow screens in front of it. */
export function ThreadPane({ conversationId, search, pages }: ThreadPaneProps) {
  const conversation = useConversation(conversationId);
  const pane = useRef<HTMLElement>(null);
  useEffect(() => {
    // on a narrow screen the row that had the focus is out of sight
    if (document.activeElement === document.body || !isSeen(document.activeElement)) pane.current?.focus();
  }, []);
  return (
    <section
      ref={pane}
      tabIndex={-1}
      aria-label="Conversation"
      className="flex w-full min-w-0 flex-1 flex-col bg-canvas outline-none max-md:absolute max-md:inset-0"
    >
      {conversation.data !== undefined ? (
        <Thread conversation={conversation.data} search={search} pages={pages} />
      ) : (
        <>
          <div className="border-b border-line bg-surface p-2 md:hidden">
            <BackLink search={search} />
          </div>
          {isProblem(conversation.error, 'not-found') ? (
            <EmptyState title="There is no such conversation">
              It may have been joined with another one of the same person.
            </EmptyState>
          ) : conversation.error !== null ? (
            <ErrorState error={conversation.error} onRetry={() => void conversation.refetch()} />
          ) : (
            <LoadingState what="the conversation" />
          )}
        </>
      )}
    </section>
  );
}

function Thread({
  conversation,
  search,
  pages,
}: Omit<ThreadPaneProps, 'conversationId'> & { conversation: ConversationResource }) {
  const thread = useThread(conversation);
  const readAgain = useReadAgain(conversation.id, thread.look);
  const { platform, tags, messageCount, unreadCount, pageId } = conversation;
  const name = nameOf(conversation);
  useDocumentTitle(`${name} · Inbox`);
  const profile = profileOf(conversation);
  const pageName = pages.find(({ id }) => id === pageId)?.name;
  return (
    <>
      <header className="flex flex-wrap items-center gap-3 border-b border-line bg-surface px-3 py-2">
        <span className="md:hidden">
          <BackLink search={search} />
        </span>
        <Avatar name={name} />
        <div className="min-w-0 flex-1 basis-24 sm:basis-40">
          <h2 className="truncate font-semibold" title={name}>
            <bdi>{name}</bdi>
          </h2>
          <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-muted">
            <PlatformMark platform={platform} />
            {pageName !== undefined && <span className="max-w-48 truncate max-sm:hidden">{pageName}</span>}
            {messageCount !== null && <span>{formatNumberOf(messageCount, 'message')}</span>}
            {unreadCount > 0 && <span>{formatCount(unreadCount)} unread</span>}
            {tags.map((tag) => (
              <Badge key={tag} className="min-w-0">
                <span className="max-w-40 truncate">{tag}</span>
              </Badge>
            ))}
          </p>
        </div>
        {profile !== null && (
          <a href={profile} target="_blank" rel="noopener noreferrer" className={buttonClass('ghost', 'sm')}>
            <ExternalLink aria-hidden className="size-4" />
            <span className="max-sm:sr-only">Profile</span>
          </a>
        )}
        <ReadAgainButton readAgain={readAgain} />
      </header>
      <ReadAgainStatus readAgain={readAgain} />
      <ThreadMessages conversation={conversation} thread={thread} />
    </>
  );
}

function BackLink({ search }: { search: string }) {
  return (
    <Link
      to={{ pathname: '/inbox', search }}
      aria-label="Back to the list"
      className={buttonClass('ghost', 'icon')}
    >
      <ArrowLeft aria-hidden className="size-5" />
    </Link>
  );
}

/** On Instagram people go by their user names, which are addresses; on Messenger nobody knows theirs. */
function profileOf({ platform, senderName }: ConversationResource): string | null {
  return platform === 'instagram' && senderName !== null && /^[\w.]{1,30}$/.test(senderName)
    ? `https://www.instagram.com/${senderName}/`
    : null;
}

function isSeen(element: Element | null): boolean {
  return element?.checkVisibility({ visibilityProperty: true }) ?? false;
}
