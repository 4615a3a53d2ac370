import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { ErrorLine } from './states.tsx';

/** What is being done, as TanStack Query's `useMutation` has it. */
interface Doing {
  mutate: () => void;
  isPending: boolean;
  error: unknown;
  reset: () => void;
}

/** Asks before something is done that cannot be taken back at once. Whoever shows it closes it when it is done. */
export function ConfirmDialog({
  open,
  onOpenChange,
  title,
  description,
  confirm,
  doing,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** What happens then. */
  description: ReactNode;
  /** What the button says, as `Disconnect`. */
  confirm: string;
  doing: Doing;
}) {
  const change = (next: boolean) => {
    if (!next) doing.reset();
    onOpenChange(next);
  };
  return (
    <Dialog open={open} onOpenChange={change} title={title} description={description}>
      <ErrorLine error={doing.error} />
      <div className="flex flex-wrap justify-end gap-2">
        <Button variant="outline" onClick={() => change(false)}>
          Keep it
        </Button>
        <Button variant="danger" busy={doing.isPending} onClick={() => doing.mutate()}>
          {confirm}
        </Button>
      </div>
    </Dialog>
  );
}
