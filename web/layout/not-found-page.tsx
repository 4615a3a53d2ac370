import { Link } from 'react-router';
import { EmptyState } from '../ui/states.tsx';
import { PageFrame } from './page-frame.tsx';

export function NotFoundPage() {
  return (
    <PageFrame title="Nothing here">
      <EmptyState title="There is no such page">
        <Link to="/" className="text-accent underline">
          To the pages
        </Link>
      </EmptyState>
    </PageFrame>
  );
}
