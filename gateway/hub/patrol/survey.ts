import type { Track } from '../stores/track-store.ts'

/**
 * A coverage policy at work. In: the rows of devices' tracks; out: what the policy says of all that it was given so
 * far. A running shift gives each batch as it comes, a question about the past gives whole tracks, and both get the
 * same answer: what a survey says depends on the fixes alone, never on how they were parted.
 */
export interface Survey<Result> {
  /**
   * Takes the rows of one device, in order of time and after those it gave before. Rows of several devices may come
   * by turns. @throws RangeError for a row that is not later than the device's last one: start anew from the store.
   */
  add(track: Track): void
  /** At any moment; the survey goes on afterwards. */
  result(): Result
}
