import type { GridFeature } from '../../../../proto/district.ts'
import type { Track } from '../../stores/track-store.ts'
import { type Box, boxOf, boxOfPlaces, touch, union, widened } from '../grids/grid-outline.ts'
import type { Survey } from '../survey.ts'
import {
  AREA_POLICY,
  type AreaCells,
  type AreaOfGrid,
  type AreaPolicy,
  outOfOrder,
  surveyArea,
} from './area.ts'
import { LastRows } from './last-rows.ts'
import { type Tally, tallyOf } from './tally.ts'

/**
 * Area coverage of several grids in one pass over the tracks: a device's rows go to the grids that it comes near,
 * from then on. Each grid has the same figures as if it were asked for alone. Throws what a {@link Survey} throws,
 * and RangeError for a grid that is too large for its cells.
 */
export interface AreasSurvey extends Survey<AreaOfGrid[]> {
  /** Cells of all the grids together. */
  tally(): Tally
  /** @throws RangeError for a grid that is not of this survey. */
  cells(gridCode: string): AreaCells
}

interface Traveller {
  /** By grid, 1 where it has come near. */
  hasMet: Uint8Array
  past: LastRows
}

export function surveyAreas(grids: readonly GridFeature[], policy: AreaPolicy = AREA_POLICY): AreasSurvey {
  const surveys = grids.map((grid) => surveyArea(grid, policy))
  const farM = Math.max(policy.sightM, policy.poorReachM)
  const boxes = grids.map((grid) => widened(boxOf([grid]), farM))
  const numbers = new Map(grids.map(({ properties }, number) => [properties.code, number]))
  const travellers = new Map<string, Traveller>()
  return {
    add(track) {
      if (track.count === 0) return
      let traveller = travellers.get(track.device)
      if (!traveller) {
        const past = new LastRows(track.device, policy.maxBridgeMs)
        traveller = { hasMet: new Uint8Array(grids.length), past }
        travellers.set(track.device, traveller)
      }
      const { hasMet } = traveller
      const past = traveller.past.rows()
      if (past.count > 0 && !(track.timeMs[0]! > past.timeMs[past.count - 1]!))
        throw outOfOrder(track, 0, past.timeMs[past.count - 1]!)
      const way = union(boxOfWay(past), boxOfWay(track))
      for (let number = 0; number < surveys.length; number++) {
        const survey = surveys[number]!
        if (hasMet[number] === 0) {
          if (!touch(way, boxes[number]!)) continue
          hasMet[number] = 1
          survey.add(past)
        }
        survey.add(track)
      }
      traveller.past.add(track)
    },
    result: () => surveys.map((survey) => survey.result()),
    tally: () => tallyOf(surveys.map((survey) => survey.tally())),
    cells(gridCode) {
      const survey = surveys[numbers.get(gridCode) ?? -1]
      if (!survey) throw new RangeError(`grid ${gridCode}: not of this survey`)
      return survey.cells()
    },
  }
}

const boxOfWay = ({ lat, lon, count }: Track): Box =>
  boxOfPlaces(lat.subarray(0, count), lon.subarray(0, count))
