import { coverTilted } from './cover-tilted.ts'
import type { MakeFaultDetector } from './fault-detector.ts'
import { lampOut } from './lamp-out.ts'

/** Every kind of fault this gateway can find, by its name in the catalogue. */
export const FAULT_DETECTORS: Record<string, MakeFaultDetector> = {
  cover_tilted: coverTilted,
  lamp_out: lampOut,
}
