import { useMutation, useQueryClient } from '@tanstack/react-query';
import { toast } from 'sonner';
import type { PageResource } from '../../../src/contract/resources.ts';
import { useApi } from '../../api/context.ts';
import { keys } from '../../api/keys.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';

/** Asks before a page is disconnected, and says what stays and what goes. */
export function DisconnectDialog({ page, onClose }: { page: PageResource; onClose: () => void }) {
  const api = useApi();
  const queryClient = useQueryClient();
  const disconnect = useMutation({
    mutationFn: () => api.delete<PageResource>(`/api/pages/${page.id}`),
    onSuccess: () => {
      toast.success(`${page.name} is disconnected`);
      for (const queryKey of [keys.pages, keys.sync(page.id), keys.jobs, keys.health]) {
        void queryClient.invalidateQueries({ queryKey });
      }
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={`Disconnect ${page.name}?`}
      description="Its syncs are cancelled, Meta delivers nothing of it any more, and its token is erased. All conversations and messages that were stored stay, and so do its settings. You can connect it again at any time: a sync that was cancelled then goes on where it stopped."
      confirm="Disconnect"
      doing={disconnect}
    />
  );
}
