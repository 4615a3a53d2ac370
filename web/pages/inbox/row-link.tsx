import { memo } from 'react';
import { Link } from 'react-router';
import { formatCount } from '../../format/numbers.ts';
import { Badge } from '../../ui/badge.tsx';
import { classNames } from '../../ui/class-names.ts';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Avatar } from './avatar.tsx';
import type { ConversationRow } from './conversation-row.ts';
import { markMatch } from './mark-match.ts';
import { PlatformMark } from './platform-mark.tsx';

const MOST_TAGS = 2;

interface RowLinkProps {
  row: ConversationRow;
  /** The address of the filters, kept while conversations are opened. */
  search: string;
  /** What is searched for. */
  q: string;
  /** Of several pages the one that it belongs to. */
  pageName: string | null;
  isSelected: boolean;
  /** The one row that Tab leads to. */
  isActive: boolean;
}

/** A conversation in the list. */
export const RowLink = memo(function RowLink(props: RowLinkProps) {
  const { row, search, q, pageName, isSelected, isActive } = props;
  const isUnread = row.unread > 0;
  return (
    <Link
      to={{ pathname: `/inbox/${row.id}`, search }}
      data-conversation={row.id}
      tabIndex={isActive ? 0 : -1}
      aria-current={isSelected ? 'true' : undefined}
      className={classNames(
        'flex h-full items-center gap-3 border-b border-l-4 border-b-line px-3 -outline-offset-2',
        isSelected ? 'border-l-accent bg-accent-soft' : 'border-l-transparent hover:bg-canvas',
      )}
    >
      <Avatar name={row.name} />
      <span className="flex min-w-0 flex-1 flex-col gap-0.5">
        <span className="flex items-baseline gap-2">
          <span
            dir="auto"
            className={classNames(
              'min-w-0 flex-1 truncate text-left',
              isUnread ? 'font-semibold' : 'font-medium',
            )}
          >
            <Marked text={row.name} q={q} />
          </span>
          {row.at !== null && (
            <span className="shrink-0 text-xs text-muted">
              <RelativeTime iso={row.at} />
            </span>
          )}
        </span>
        <span className="flex items-center gap-2 text-sm">
          <span
            dir="auto"
            className={classNames('min-w-0 flex-1 truncate text-left', isUnread ? 'text-ink' : 'text-muted')}
          >
            {row.match === null ? row.snippet : <Marked text={row.match.text} q={q} />}
          </span>
          {isUnread && (
            <span className="shrink-0 rounded-full bg-accent px-2 text-xs leading-5 font-semibold text-on-accent">
              {formatCount(row.unread)}
              <span className="sr-only"> unread</span>
            </span>
          )}
        </span>
        <span className="flex h-5 items-center gap-1.5 overflow-hidden text-xs text-muted">
          <PlatformMark platform={row.platform} />
          {row.tags.slice(0, MOST_TAGS).map((tag) => (
            <Badge key={tag} className="min-w-0">
              <span className="max-w-28 truncate">{tag}</span>
            </Badge>
          ))}
          {row.tags.length > MOST_TAGS && <span className="shrink-0">+{row.tags.length - MOST_TAGS}</span>}
          {pageName !== null && <span className="min-w-12 flex-1 truncate">{pageName}</span>}
        </span>
      </span>
    </Link>
  );
});

/** A text with what was searched for marked. */
function Marked({ text, q }: { text: string; q: string }) {
  let place = 0;
  return markMatch(text, q).map((part) => {
    const key = place;
    place += part.text.length;
    if (!part.isHit) return part.text;
    return (
      <mark key={key} className="rounded bg-warning-soft text-warning">
        {part.text}
      </mark>
    );
  });
}
