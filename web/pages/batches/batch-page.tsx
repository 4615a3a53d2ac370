import { PageFrame } from '../../layout/page-frame.tsx';

export default function BatchPage() {
  return <PageFrame title="Batch">{null}</PageFrame>;
}
