import { Button } from '../../ui/button.tsx';

/** The end of a form: saves what was changed, or forgets it; who may not change it reads why. */
export function SaveChanges({
  label,
  mayChange,
  isChanged,
  isSaving,
  onUndo,
}: {
  label: string;
  mayChange: boolean;
  isChanged: boolean;
  isSaving: boolean;
  onUndo: () => void;
}) {
  if (!mayChange) {
    return (
      <p className="text-xs text-muted">
        Your sign-in may not change settings. Somebody who may can make you another link, under Settings.
      </p>
    );
  }
  return (
    <div className="flex justify-end gap-2">
      {isChanged && (
        <Button variant="ghost" onClick={onUndo}>
          Undo
        </Button>
      )}
      <Button type="submit" busy={isSaving} disabled={!isChanged}>
        {label}
      </Button>
    </div>
  );
}
