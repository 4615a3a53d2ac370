/** How far something is. @param share 0 to 1; `null`: it is under way, and nobody knows how far */
export function ProgressBar({ share, label, text }: { share: number | null; label: string; text: string }) {
  const percent = share === null ? null : Math.min(100, Math.floor(share * 100));
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuetext={text}
      {...(percent === null ? {} : { 'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-valuenow': percent })}
      className="h-2 overflow-hidden rounded-full bg-sunken"
    >
      {share === null ? (
        <div className="h-full w-1/3 animate-sweep rounded-full bg-accent motion-reduce:w-full motion-reduce:opacity-50" />
      ) : (
        <div className="h-full rounded-full bg-accent" style={{ width: `${share * 100}%` }} />
      )}
    </div>
  );
}
