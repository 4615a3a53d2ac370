import { useDocumentTitle } from './page-frame.tsx';

/** What somebody sees who is not signed in: how to get a link. */
export function SignInPage() {
  useDocumentTitle('Sign in');
  return (
    <main className="mx-auto flex min-h-dvh max-w-lg flex-col justify-center gap-4 p-6">
      <img src="/icon.svg" alt="" className="size-12" />
      <h1 className="text-2xl font-semibold">Sign in to Pagesync</h1>
      <p className="text-muted">
        A link signs this browser in, once. <code>npm start</code> prints one. Where Pagesync runs already,
        this makes another:
      </p>
      <pre className="rounded-lg border border-line bg-surface p-4 text-sm wrap-anywhere whitespace-pre-wrap">
        npx pagesync sign-in-link
      </pre>
      <p className="text-muted">
        Open the link in this browser and press its button. Somebody who is signed in can make one for you
        under Settings.
      </p>
    </main>
  );
}
