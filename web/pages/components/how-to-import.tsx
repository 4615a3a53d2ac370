import { Card } from '../../ui/card.tsx';

const EXAMPLE = `import { ManualSyncButton, PagesyncProvider } from 'pagesync-components';
import 'pagesync-components/styles.css';

<QueryClientProvider client={queryClient}>
  <PagesyncProvider baseUrl="https://pagesync.example.com" token={token}>
    <ManualSyncButton
      pageId="6f1c…"                 // Pagesync's id of the page
      facebookPageId="100000000000001"
      pageName="My Page"
      variant="outline"              // 'default' | 'outline' | 'ghost'
      size="sm"                      // 'default' | 'sm' | 'lg' | 'icon'
      showProgress
      onSyncComplete={({ inserted, updated, eventsCreated }) => …}
    />
  </PagesyncProvider>
</QueryClientProvider>`;

/** How an app of somebody else's takes the components in. */
export function HowToImport() {
  return (
    <Card title="In your own app">
      <div className="flex flex-col gap-3 text-sm">
        <p>
          <code>npm run build:components</code> writes them to <code>web/dist-components</code>, as an ES
          module with types and one style sheet. React, TanStack Query and sonner are your app’s own.{' '}
          <code>docs/components.md</code> says the rest.
        </p>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <pre tabIndex={0} className="overflow-x-auto rounded-lg bg-sunken p-3 text-xs">
          {EXAMPLE}
        </pre>
      </div>
    </Card>
  );
}
