import { PageFrame } from '../../layout/page-frame.tsx';
import { ButtonStates } from './button-states.tsx';
import { HowToImport } from './how-to-import.tsx';
import { PanelStates } from './panel-states.tsx';
import { TryIt } from './try-it.tsx';

/** What other apps can take of the dashboard, in every state. */
export default function ComponentsPage() {
  return (
    <PageFrame title="Components">
      <TryIt />
      <ButtonStates />
      <PanelStates />
      <HowToImport />
    </PageFrame>
  );
}
