/** What makes a receiver say something else than the plain truth; several may come together. */
export type Disturbance =
  /** A reflected signal: the position stands 15 to 80 m beside the street. */
  | 'multipath'
  /** In a tunnel, without a fix, or soon after it, with an error that decays. */
  | 'tunnel'
  /** Dead reckoning: a position that nothing measured, marked as such. */
  | 'estimated'
  /** The date is 1024 weeks early. */
  | 'rollover'
  /** The time is that of GPS, ahead of UTC. */
  | 'leap-seconds'
  /** The receiver's clock has been set wrong. */
  | 'clock-jump'
  /** There is a fix with its time of day, but no date yet. */
  | 'dateless'
  /** What was said once is said again and again. */
  | 'frozen'
  /** The positions of an earlier time under the time of now. */
  | 'copied'
  /** The whole track is somewhere else. */
  | 'spoofed'
