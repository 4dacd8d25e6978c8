import type { Duplex } from 'node:stream'
import type { SatelliteCount } from '../../../proto/domain.ts'

/**
 * A driver turns what a serial line says into fixes or readings. It is made anew each time the line opens and
 * stopped when it closes.
 */
export interface Driver {
  /** Ends timers and listeners; the line itself belongs to the caller. */
  stop(): void
  /** What a receiver hears of each satellite system, as far as it has said it. */
  satellites?(): SatelliteCount[]
}

export interface DriverContext {
  port: Duplex
  /** The line speaks our language: something valid was decoded just now. */
  onSense(): void
  /** The line cannot be used as it is: it is closed and opened again later. */
  onFailure(error: Error): void
  /** Adds to a counter of this port, kept across reopenings. */
  count(name: string, by?: number): void
}
