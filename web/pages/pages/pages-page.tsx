import { PageFrame } from '../../layout/page-frame.tsx';

export default function PagesPage() {
  return <PageFrame title="Pages">{null}</PageFrame>;
}
