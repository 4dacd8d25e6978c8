/** Seconds from the start of the ride, `fromS` included, `toS` not. */
export interface Span {
  fromS: number
  toS: number
}

export function within({ fromS, toS }: Span, rideS: number): boolean {
  return rideS >= fromS && rideS < toS
}
