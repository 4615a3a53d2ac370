/** Why a form takes nothing. */
export function AdminsOnly() {
  return (
    <p className="text-xs text-muted">
      Your sign-in may not change settings. Somebody who may can make you another link, under Settings.
    </p>
  );
}
