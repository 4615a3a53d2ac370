import { WifiOff } from 'lucide-react';
import { useConnection } from '../api/changes.tsx';

/** Says that what is shown may be old, and that nothing need be done about it. */
export function ConnectionBanner() {
  const connection = useConnection();
  return (
    <div role="status">
      {connection === 'lost' && (
        <p className="flex items-center justify-center gap-2 bg-warning-soft px-4 py-2 text-sm font-medium text-warning">
          <WifiOff aria-hidden className="size-4 shrink-0" />
          No connection to the server. What you see may be old; it is tried again by itself, and syncs go on
          meanwhile.
        </p>
      )}
    </div>
  );
}
