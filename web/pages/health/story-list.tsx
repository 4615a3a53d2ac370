import { CircleAlert, CircleCheck, Eye, type LucideIcon, TriangleAlert } from 'lucide-react';
import { Link } from 'react-router';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { buttonClass } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import type { Story, Urgency } from './health-stories.ts';

const URGENCIES: Record<Urgency, { words: string; tone: Tone; color: string; Icon: LucideIcon }> = {
  now: { words: 'Now', tone: 'danger', color: 'text-danger', Icon: CircleAlert },
  soon: { words: 'Soon', tone: 'warning', color: 'text-warning', Icon: TriangleAlert },
  watch: { words: 'Keep an eye on it', tone: 'neutral', color: 'text-muted', Icon: Eye },
};

/** What needs attention, the most urgent first. */
export function StoryList({ stories }: { stories: readonly Story[] }) {
  if (stories.length === 0) {
    return (
      <Card>
        <p className="flex items-center gap-3 text-lg font-medium">
          <CircleCheck aria-hidden className="size-7 text-success" />
          All is well
        </p>
        <p className="mt-1 text-sm text-muted">
          No sync is stuck, none has failed within a day, and every page is connected.
        </p>
      </Card>
    );
  }
  return (
    <Card title="What needs attention" className="[&>div]:p-0">
      <ul className="divide-y divide-line">
        {stories.map((story) => (
          <StoryItem key={story.id} story={story} />
        ))}
      </ul>
    </Card>
  );
}

function StoryItem({ story: { urgency, area, title, text, advice, links } }: { story: Story }) {
  const { words, tone, color, Icon } = URGENCIES[urgency];
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3">
      <Icon aria-hidden className={`mt-0.5 size-5 shrink-0 ${color}`} />
      <div className="min-w-0 flex-1 basis-64 text-sm">
        <p className="flex flex-wrap items-center gap-2">
          <span className="font-medium wrap-anywhere">{title}</span>
          <Badge tone={tone}>{words}</Badge>
          <Badge>{area}</Badge>
        </p>
        {text !== '' && <p className="wrap-anywhere">{text}</p>}
        <p className="text-muted">{advice}</p>
      </div>
      {links.length > 0 && (
        <p className="flex flex-wrap gap-2">
          {links.map(({ to, words: name }, index) => (
            <Link
              key={to}
              to={to}
              aria-label={`${name}: ${title}`}
              className={buttonClass(index === 0 ? 'outline' : 'ghost', 'sm')}
            >
              {name}
            </Link>
          ))}
        </p>
      )}
    </li>
  );
}
