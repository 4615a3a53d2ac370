import { Check, Copy } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import { Button } from './button.tsx';

/** A text to take along, as a link or a token: it is selected when it gets the focus, and a button copies it. */
export function CopyField({ label, text }: { label: string; text: string }) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState<boolean | null>(null);
  const copy = async () => {
    input.current?.select();
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      // browsers copy for pages with https alone
      setCopied(false);
    }
  };
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <div className="flex gap-2">
        <input
          id={id}
          ref={input}
          readOnly
          value={text}
          onFocus={(event) => event.target.select()}
          className="h-10 min-w-0 flex-1 rounded-lg border border-line-strong bg-sunken px-3 font-mono text-sm"
        />
        <Button variant="outline" onClick={() => void copy()}>
          {copied ? <Check aria-hidden className="size-4" /> : <Copy aria-hidden className="size-4" />}
          Copy
        </Button>
      </div>
      <p role="status" className="text-xs text-muted">
        {copied === true && 'Copied.'}
        {copied === false && 'The browser does not let this page copy: it is selected, press Ctrl+C or ⌘C.'}
      </p>
    </div>
  );
}
