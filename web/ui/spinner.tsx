import { LoaderCircle } from 'lucide-react';

/** Something is under way. Whoever shows it says in words what. */
export function Spinner({ className = 'size-4' }: { className?: string }) {
  return <LoaderCircle aria-hidden className={`shrink-0 animate-spin ${className}`} />;
}
