/** What a word or a mark says besides itself: that something is well, wants attention, is wrong. */
export type Tone = 'neutral' | 'accent' | 'success' | 'warning' | 'danger';
