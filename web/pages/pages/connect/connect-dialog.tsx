import { Tabs } from 'radix-ui';
import { Dialog } from '../../../ui/dialog.tsx';
import { FacebookWay } from './facebook-way.tsx';
import type { KnownPage } from './remembered-page.ts';
import { TokenForm } from './token-form.tsx';

const TAB =
  'flex-1 rounded-md px-3 py-1.5 text-sm font-medium text-muted data-[state=active]:bg-surface data-[state=active]:text-ink data-[state=active]:shadow-sm';

/** Connects a page: two ways to give Pagesync its token. @param page that was connected before; `null`: a new one */
export function ConnectDialog({ page, onClose }: { page: KnownPage | null; onClose: () => void }) {
  return (
    <Dialog
      open
      onOpenChange={(open) => open || onClose()}
      title={page === null ? 'Connect a page' : `Connect ${page.name} again`}
      description={
        page === null
          ? 'Pagesync reads a page with the page’s own token. It is kept encrypted, and never shown again.'
          : 'The new token takes the place of the old one. A sync that waits for it goes on where it stands.'
      }
    >
      <Tabs.Root defaultValue="facebook" className="flex flex-col gap-4">
        <Tabs.List aria-label="Ways to connect" className="flex gap-1 rounded-lg bg-sunken p-1">
          <Tabs.Trigger value="facebook" className={TAB}>
            Sign in with Facebook
          </Tabs.Trigger>
          <Tabs.Trigger value="token" className={TAB}>
            Paste a page token
          </Tabs.Trigger>
        </Tabs.List>
        <Tabs.Content value="facebook">
          <FacebookWay page={page} />
        </Tabs.Content>
        <Tabs.Content value="token">
          <TokenForm page={page} onConnected={onClose} />
        </Tabs.Content>
      </Tabs.Root>
    </Dialog>
  );
}
