import { PageFrame } from '../../layout/page-frame.tsx';

export default function ComponentsPage() {
  return <PageFrame title="Components">{null}</PageFrame>;
}
