import { useMay } from '../../api/session.ts';
import { PageFrame } from '../../layout/page-frame.tsx';
import { Card } from '../../ui/card.tsx';
import { AppearanceCard } from './appearance-card.tsx';
import { BrowsersCard } from './browsers-card.tsx';
import { SessionCard } from './session-card.tsx';
import { SignInLinkCard } from './sign-in-link-card.tsx';
import { TokensCard } from './tokens-card.tsx';

/** How the dashboard looks, who is signed in, and who else may do what. */
export default function SettingsPage() {
  const isAdmin = useMay('admin');
  return (
    <PageFrame title="Settings">
      <div className="grid items-start gap-4 xl:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-4">
          <AppearanceCard />
          <SessionCard />
          {isAdmin && <SignInLinkCard />}
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          {isAdmin ? (
            <>
              <TokensCard />
              <BrowsersCard />
            </>
          ) : (
            <Card title="Tokens and browsers">
              <p className="text-sm text-muted">
                Your sign-in may not see or make API tokens and sign-in links. Somebody with the scope “admin”
                may.
              </p>
            </Card>
          )}
          <Card title="For programs">
            <p className="text-sm">
              Everything that this dashboard does, programs can do too:{' '}
              <a href="/api/docs" className="text-accent underline">
                the API to browse and to try
              </a>
              , and{' '}
              <a href="/api/openapi.json" className="text-accent underline">
                its OpenAPI document
              </a>
              . <code>npx pagesync --help</code> lists what the command line does.
            </p>
          </Card>
        </div>
      </div>
    </PageFrame>
  );
}
