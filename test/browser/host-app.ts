// An app of somebody else's that takes the built components in: text, since what it imports is only there once it is built.

const MAIN = `import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { LivePanel, ManualSyncButton, PagesyncProvider, type SyncOutcome } from 'pagesync-components';
import { createRoot } from 'react-dom/client';
import { Toaster } from 'sonner';
import 'pagesync-components/styles.css';
import './host.css';

// An app of somebody else's: its own styles, its own queries, no router.

const given = new URLSearchParams(location.search);
const pageId = given.get('page') ?? '';
const outcomes: SyncOutcome[] = [];
let reads = 0;

function Conversations() {
  const { data } = useQuery({ queryKey: ['conversations'], queryFn: () => Promise.resolve(++reads) });
  return <p>Conversations read {data} times</p>;
}

function App() {
  return (
    <QueryClientProvider client={new QueryClient()}>
      <h1>Host</h1>
      <button type="button">A button of its own</button>
      <Conversations />
      <PagesyncProvider baseUrl={given.get('api') ?? ''} token={given.get('token') ?? ''}>
        <ManualSyncButton
          pageId={pageId}
          facebookPageId="100000000000001"
          pageName="My Page"
          variant="outline"
          size="lg"
          onSyncComplete={(outcome) => {
            outcomes.push(outcome);
            document.title = \`\${outcomes.length} \${outcome.status} \${outcome.inserted}\`;
          }}
        />
        <LivePanel pageId={pageId} />
      </PagesyncProvider>
      <Toaster />
    </QueryClientProvider>
  );
}

const root = document.getElementById('root');
if (root !== null) createRoot(root).render(<App />);

/** What the types refuse. */
export const refused = (
  <>
    {/* @ts-expect-error there is no such variant */}
    <ManualSyncButton pageId="" facebookPageId="" variant="loud" />
    {/* @ts-expect-error the page is not said */}
    <ManualSyncButton facebookPageId="" />
    {/* @ts-expect-error a status that is none */}
    <ManualSyncButton pageId="" facebookPageId="" onSyncComplete={({ status }) => status === 'COMPLETED'} />
  </>
);
`;

const STYLES = `/* as apps have it: rules for all buttons, and a name for a colour that the components have too */
:root {
  --accent: rgb(1, 2, 3);
}
button {
  background: rgb(200, 0, 0);
  border-radius: 0;
  font-size: 30px;
  text-transform: uppercase;
}
h1 {
  font-size: 40px;
  color: var(--accent);
}
`;

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Host</title>
  </head>
  <body>
    <div id="root"></div>
    <script type="module" src="./main.tsx"></script>
  </body>
</html>
`;

/** As strict as ours, with types from what is installed beside it. */
const TSCONFIG = JSON.stringify({
  compilerOptions: {
    target: 'es2023',
    lib: ['es2024', 'dom', 'dom.iterable'],
    module: 'esnext',
    moduleResolution: 'bundler',
    jsx: 'react-jsx',
    types: ['vite/client'],
    strict: true,
    exactOptionalPropertyTypes: true,
    verbatimModuleSyntax: true,
    noEmit: true,
  },
  include: ['main.tsx'],
});

/** Its files by their names. */
export const HOST_APP: Readonly<Record<string, string>> = {
  'main.tsx': MAIN,
  'host.css': STYLES,
  'index.html': PAGE,
  'tsconfig.json': TSCONFIG,
};
