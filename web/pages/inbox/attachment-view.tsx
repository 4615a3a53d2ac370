import { ExternalLink, FileText, ImageOff, type LucideIcon, MapPin, Share2 } from 'lucide-react';
import { useState } from 'react';
import { formatBytes } from '../../format/sizes.ts';
import { formatDateTime } from '../../format/times.ts';
import {
  type Attachment,
  attachmentNoun,
  type CardAttachment,
  type MediaAttachment,
} from '../../thread/attachments.ts';

/** One attachment: the media from Meta's own address, never a copy; or what is known of it. */
export function AttachmentView({ attachment }: { attachment: Attachment }) {
  return attachment.kind === 'card' ? <Card card={attachment} /> : <Media media={attachment} />;
}

function Media({ media }: { media: MediaAttachment }) {
  const { kind, url, name, expiresAt } = media;
  const [hasFailed, setHasFailed] = useState(false);
  const noun = attachmentNoun(kind);
  const label = name === null || kind === 'image' || kind === 'sticker' ? noun : `${noun}: ${name}`;
  if (url === null) return <Gone noun={label} why="Meta gives no link to it." />;
  if (expiresAt !== null && Date.parse(expiresAt) < Date.now()) {
    const why = `Its link expired on ${formatDateTime(expiresAt)}. “Read again” gets a new one.`;
    return <Gone noun={label} why={why} />;
  }
  if (hasFailed) {
    return (
      <Gone noun={label} why="It cannot be loaded. Its link may have expired: “Read again” gets a new one." />
    );
  }
  const onError = () => setHasFailed(true);
  switch (kind) {
    case 'image':
    case 'sticker':
      return (
        <a href={url} target="_blank" rel="noopener noreferrer" className="block w-fit rounded-lg">
          <img
            src={url}
            alt={name === null ? noun : `${noun}: ${name}`}
            loading="lazy"
            referrerPolicy="no-referrer"
            onError={onError}
            className={
              kind === 'sticker'
                ? 'size-32 object-contain'
                : 'max-h-80 min-h-16 max-w-full min-w-24 rounded-lg bg-sunken object-contain'
            }
          />
        </a>
      );
    case 'video':
      return (
        // biome-ignore lint/a11y/useMediaCaption: customers send no captions
        <video
          src={url}
          poster={media.previewUrl ?? undefined}
          controls
          preload="none"
          aria-label={label}
          onError={onError}
          className="max-h-80 w-80 max-w-full rounded-lg bg-sunken"
        />
      );
    case 'audio':
      return (
        // biome-ignore lint/a11y/useMediaCaption: customers send no captions
        <audio
          src={url}
          controls
          preload="none"
          aria-label={label}
          onError={onError}
          className="w-72 max-w-full"
        />
      );
    default:
      return <FileLink media={media} url={url} />;
  }
}

function FileLink({ media, url }: { media: MediaAttachment; url: string }) {
  return (
    <a
      href={url}
      target="_blank"
      rel="noopener noreferrer"
      className="flex w-fit max-w-full items-center gap-3 rounded-lg border border-line bg-surface px-3 py-2 text-ink hover:bg-sunken"
    >
      <FileText aria-hidden className="size-5 shrink-0 text-muted" />
      <span className="min-w-0">
        <span dir="auto" className="block truncate font-medium">
          {media.name ?? 'File'}
        </span>
        <span className="block text-xs text-muted">
          {media.size === null ? 'Open it at Meta' : formatBytes(media.size)}
        </span>
      </span>
    </a>
  );
}

function Gone({ noun, why }: { noun: string; why: string }) {
  return (
    <div className="flex w-80 max-w-full items-start gap-3 rounded-lg border border-dashed border-line-strong bg-surface px-3 py-2 text-ink">
      <ImageOff aria-hidden className="mt-0.5 size-5 shrink-0 text-muted" />
      <div className="min-w-0">
        <p dir="auto" className="font-medium wrap-anywhere">
          {noun}
        </p>
        <p className="text-xs text-muted">{why}</p>
      </div>
    </div>
  );
}

const CARD_ICONS: Record<string, LucideIcon> = { Location: MapPin };

function Card({ card }: { card: CardAttachment }) {
  const Icon = CARD_ICONS[card.what] ?? Share2;
  const hasExpired = card.expiresAt !== null && Date.parse(card.expiresAt) < Date.now();
  return (
    <div className="flex w-80 max-w-full items-start gap-3 rounded-lg border border-line bg-surface px-3 py-2 text-ink">
      <Icon aria-hidden className="mt-0.5 size-5 shrink-0 text-muted" />
      <div className="min-w-0 flex-1">
        <p className="text-xs text-muted">{card.what}</p>
        {card.title !== null && (
          <p dir="auto" className="line-clamp-4 font-medium wrap-anywhere">
            {card.title}
          </p>
        )}
        {card.lines.map((line, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name, and stay as they are
          <p key={place} dir="auto" className="line-clamp-3 text-sm wrap-anywhere">
            {line}
          </p>
        ))}
        {card.url !== null &&
          (hasExpired ? (
            <p className="text-xs text-muted">Its link has expired.</p>
          ) : (
            <a
              href={card.url}
              target="_blank"
              rel="noopener noreferrer"
              className="inline-flex items-center gap-1 text-sm text-accent underline underline-offset-2"
            >
              Open
              <ExternalLink aria-hidden className="size-3.5" />
            </a>
          ))}
      </div>
    </div>
  );
}
