import { QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';
import { BrowserRouter, Route, Routes } from 'react-router';
import { ChangesProvider } from './api/changes.tsx';
import { isProblem } from './api/problem.ts';
import { createQueryClient } from './api/query-client.ts';
import { useSession } from './api/session.ts';
import { NotFoundPage } from './layout/not-found-page.tsx';
import { Shell } from './layout/shell.tsx';
import { SignInPage } from './layout/sign-in-page.tsx';
import { fetchedPart } from './ui/fetched-part.tsx';
import { ErrorState, LoadingState } from './ui/states.tsx';

// one file a page, fetched when it is first shown
const PagesPage = fetchedPart('pages/pages-page', () => import('./pages/pages/pages-page.tsx'));
const PagePage = fetchedPart('pages/page-page', () => import('./pages/pages/page-page.tsx'));
const InboxPage = fetchedPart('inbox/inbox-page', () => import('./pages/inbox/inbox-page.tsx'));
const HistoryPage = fetchedPart('history/history-page', () => import('./pages/history/history-page.tsx'));
const JobPage = fetchedPart('history/job-page', () => import('./pages/history/job-page.tsx'));
const AnalyticsPage = fetchedPart(
  'analytics/analytics-page',
  () => import('./pages/analytics/analytics-page.tsx'),
);
const HealthPage = fetchedPart('health/health-page', () => import('./pages/health/health-page.tsx'));
const BatchesPage = fetchedPart('batches/batches-page', () => import('./pages/batches/batches-page.tsx'));
const BatchPage = fetchedPart('batches/batch-page', () => import('./pages/batches/batch-page.tsx'));
const SettingsPage = fetchedPart(
  'settings/settings-page',
  () => import('./pages/settings/settings-page.tsx'),
);
const ComponentsPage = fetchedPart(
  'components/components-page',
  () => import('./pages/components/components-page.tsx'),
);

/** The dashboard. */
export function App() {
  const [queryClient] = useState(createQueryClient);
  return (
    <QueryClientProvider client={queryClient}>
      <SignedIn />
    </QueryClientProvider>
  );
}

function SignedIn() {
  const session = useSession();
  if (isProblem(session.error, 'unauthorized')) return <SignInPage />;
  if (session.data === undefined) {
    return session.error === null ? (
      <LoadingState what="the session" />
    ) : (
      <ErrorState error={session.error} onRetry={() => void session.refetch()} />
    );
  }
  return (
    <ChangesProvider>
      <BrowserRouter>
        <Routes>
          <Route element={<Shell />}>
            <Route index element={<PagesPage />} />
            <Route path="pages/:pageId" element={<PagePage />} />
            <Route path="inbox/:conversationId?" element={<InboxPage />} />
            <Route path="history" element={<HistoryPage />} />
            <Route path="history/:jobId" element={<JobPage />} />
            <Route path="analytics" element={<AnalyticsPage />} />
            <Route path="health" element={<HealthPage />} />
            <Route path="batches" element={<BatchesPage />} />
            <Route path="batches/:batchId" element={<BatchPage />} />
            <Route path="settings" element={<SettingsPage />} />
            <Route path="components" element={<ComponentsPage />} />
            <Route path="*" element={<NotFoundPage />} />
          </Route>
        </Routes>
      </BrowserRouter>
    </ChangesProvider>
  );
}
