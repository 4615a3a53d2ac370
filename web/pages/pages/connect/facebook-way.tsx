import { useMutation } from '@tanstack/react-query';
import { ExternalLink } from 'lucide-react';
import type { BegunFacebookLogin } from '../../../../src/contract/facebook-login.ts';
import { useApi } from '../../../api/context.ts';
import { isProblem } from '../../../api/problem.ts';
import { Button } from '../../../ui/button.tsx';
import { ErrorLine } from '../../../ui/states.tsx';
import type { KnownPage } from './remembered-page.ts';
import { forgetPage, rememberPage } from './remembered-page.ts';

/** Sends the person to Facebook's dialog; `LoginReturn` meets them when they are back. */
export function FacebookWay({ page }: { page: KnownPage | null }) {
  const api = useApi();
  const begin = useMutation({
    mutationFn: () => api.post<BegunFacebookLogin>('/api/facebook-logins', { body: {} }),
    onSuccess: ({ url }) => {
      if (page === null) forgetPage();
      else rememberPage(page);
      location.assign(url);
    },
    // the address is good for whoever has it
    gcTime: 0,
  });
  if (isProblem(begin.error, 'facebook-login-not-configured')) return <NotConfigured />;
  return (
    <div className="flex flex-col gap-4 text-sm">
      <p className="text-muted">
        Facebook asks who you are and which pages Pagesync may see, and brings you back here.{' '}
        {page === null
          ? 'Then you choose the pages to connect.'
          : `Allow ${page.name} there, with everything that is asked for.`}
      </p>
      <ErrorLine error={begin.error} />
      <Button className="self-start" busy={begin.isPending || begin.isSuccess} onClick={() => begin.mutate()}>
        {begin.isSuccess ? 'Going to Facebook …' : 'Continue to Facebook'}
        <ExternalLink aria-hidden className="size-4" />
      </Button>
    </div>
  );
}

/** What to set, and what can be done instead. */
function NotConfigured() {
  return (
    <div role="alert" className="flex flex-col gap-2 rounded-lg bg-warning-soft p-3 text-sm text-warning">
      <p className="font-medium">Signing in with Facebook is not set up on this server.</p>
      <p>
        Set <code>FACEBOOK_APP_ID</code> and <code>FACEBOOK_APP_SECRET</code> of your Meta app and restart it;
        docs/connecting.md says how the app is made. Until then paste a token of the page.
      </p>
    </div>
  );
}
