import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useLocation, useNavigate, useSearchParams } from 'react-router';
import type { FacebookLoginResource } from '../../../../src/contract/facebook-login.ts';
import { useApi } from '../../../api/context.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { QueryStates } from '../../../ui/query-states.tsx';
import { LoadingState } from '../../../ui/states.tsx';
import { ChoosePages } from './choose-pages.tsx';
import { ConnectDialog } from './connect-dialog.tsx';
import { wordsOfError, wordsOfLogin } from './login-words.ts';
import { forgetPage, rememberedPage } from './remembered-page.ts';

const LOGIN = 'facebookLogin';
const ERROR = 'facebookLoginError';

/** Meets a person who comes back from Facebook: pages to choose from, or in words why there are none. */
export function LoginReturn() {
  const [search] = useSearchParams();
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const [came, setCame] = useState(() => ({ login: search.get(LOGIN), error: search.get(ERROR) }));
  const [again, setAgain] = useState(false);
  const [page] = useState(rememberedPage);
  const isBack = search.has(LOGIN) || search.has(ERROR);
  useEffect(() => {
    // a reload, or a link that somebody shares, is no second return
    if (isBack) void navigate(pathname, { replace: true });
  }, [isBack, navigate, pathname]);
  const leave = (pageId?: string) => {
    forgetPage();
    setCame({ login: null, error: null });
    if (pageId !== undefined) void navigate(`/pages/${pageId}`);
  };
  const tryAgain = () => {
    leave();
    setAgain(true);
  };
  if (again) return <ConnectDialog page={page} onClose={() => setAgain(false)} />;
  if (came.error !== null) {
    return <NotConnected why={wordsOfError(came.error)} onClose={() => leave()} onTryAgain={tryAgain} />;
  }
  if (came.login === null) return null;
  return (
    <Returned
      id={came.login}
      onClose={() => leave()}
      onTryAgain={tryAgain}
      render={(login) => (
        <ChoosePages
          login={login}
          wanted={page}
          onClose={() => leave()}
          onConnected={() => leave(page?.id)}
        />
      )}
    />
  );
}

function Returned({
  id,
  onClose,
  onTryAgain,
  render,
}: {
  id: string;
  onClose: () => void;
  onTryAgain: () => void;
  render: (login: FacebookLoginResource) => React.ReactNode;
}) {
  const api = useApi();
  const login = useQuery({
    queryKey: ['facebook-login', id],
    queryFn: ({ signal }) =>
      api.get<FacebookLoginResource>(`/api/facebook-logins/${encodeURIComponent(id)}`, { signal }),
    // Facebook has brought the person, and their pages are being listed
    refetchInterval: ({ state: { data } }) => (data?.state === 'answered' ? 1000 : false),
  });
  const isComplete = login.data?.state === 'completed' && login.data.pages !== null;
  if (login.data !== undefined && !isComplete && login.data.state !== 'answered') {
    return <NotConnected why={wordsOfLogin(login.data)} onClose={onClose} onTryAgain={onTryAgain} />;
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => open || onClose()}
      title="Choose pages"
      description="These are the pages that Facebook has shown. Only what you choose is connected."
    >
      <QueryStates query={login} what="your pages">
        {(data) => (isComplete ? render(data) : <LoadingState what="your pages at Facebook" />)}
      </QueryStates>
    </Dialog>
  );
}

function NotConnected({
  why,
  onClose,
  onTryAgain,
}: {
  why: string;
  onClose: () => void;
  onTryAgain: () => void;
}) {
  return (
    <Dialog open onOpenChange={(open) => open || onClose()} title="No page was connected" description={why}>
      <div className="flex flex-wrap justify-end gap-2">
        <Button variant="outline" onClick={onClose}>
          Leave it
        </Button>
        <Button onClick={onTryAgain}>Try again</Button>
      </div>
    </Dialog>
  );
}
