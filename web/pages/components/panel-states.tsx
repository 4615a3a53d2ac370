import { useState } from 'react';
import { LivePanelView } from '../../components/live-panel-view.tsx';
import { Card } from '../../ui/card.tsx';
import { panelStates } from './samples.ts';

/** The panel in every state. */
export function PanelStates() {
  const [nowMs] = useState(() => Date.now());
  return (
    <Card title="LivePanel">
      <div className="grid gap-4 md:grid-cols-2 2xl:grid-cols-3">
        {panelStates(nowMs).map(({ name, ...view }) => (
          <div key={name} className="flex min-w-0 flex-col gap-1">
            <h3 className="text-sm text-muted">{name}</h3>
            <LivePanelView {...view} onCommand={() => {}} />
          </div>
        ))}
      </div>
    </Card>
  );
}
