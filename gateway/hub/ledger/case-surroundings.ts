import type { Catalogue } from '../../../proto/catalogue/catalogue.ts'
import type { Registers } from '../registers/registers.ts'
import type { CaseSurroundings } from './case-json.ts'
import { GridFinder } from './grid-finder.ts'
import type { LedgerCase } from './ledger.ts'
import type { Photos } from './photos.ts'

/** What stands around the cases of a ledger: registers and photos of the same data folder, and the catalogue. */
export function caseSurroundings(
  { components, grids }: Pick<Registers, 'components' | 'grids'>,
  photos: Pick<Photos, 'whole'>,
  catalogue: Catalogue,
): CaseSurroundings {
  const gridFinder = new GridFinder(grids)
  return {
    faultNames: (fault) => catalogue.faultNames(fault),
    findComponent: (code) => components.find(code),
    gridAt: (position) => gridFinder.codeAt(position),
    photosHere: (entry) => shownPhotos(entry, photos),
  }
}

/** Numbers of a case's photos that can be shown: those that came whole, as far as its report counts them. */
export function shownPhotos({ id, gateway, manual }: LedgerCase, photos: Pick<Photos, 'whole'>): number[] {
  return manual ? photos.whole(id, gateway).filter((number) => number <= manual.photos) : []
}
