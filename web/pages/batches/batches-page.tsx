import { PageFrame } from '../../layout/page-frame.tsx';

export default function BatchesPage() {
  return <PageFrame title="Batches">{null}</PageFrame>;
}
