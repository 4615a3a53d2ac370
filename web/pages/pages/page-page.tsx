import { PageFrame } from '../../layout/page-frame.tsx';

export default function PagePage() {
  return <PageFrame title="Page">{null}</PageFrame>;
}
