// The entry of `npm run build:components`: what others import, and its style sheet.
import './styles.css';

export * from './index.ts';
