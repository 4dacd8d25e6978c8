import type { Track } from '../../gateway/hub/stores/track-store.ts'
import type { CellFrameJson } from '../../proto/patrol-http.ts'
import type { Postgis } from '../servers/postgis.ts'

/**
 * Area coverage as a table, an index and a few statements of SQL give it. The plane of the cells is the table's too,
 * so that PostGIS has the quickest of its geometries, and distances mean the same.
 *
 * Lines are made of good fixes with no gap and no jump between them, in pieces small enough for the index; a cell is
 * covered where there is a line near its centre. Looking for one line a cell is quicker than joining lines with
 * cells and counting distinct ones, and pieces of 30 fixes quicker than those of 10; both were tried. Simpler than
 * ours: a gap is 10 s whatever the device's interval is, and what cannot be told is not asked.
 */
export interface CoverageTables {
  /** Fixes as a store has them, with the index that it would have; not part of the time. */
  fill(tracks: readonly Track[]): Promise<void>
  /** From the fixes to the number of covered cells. */
  coveredCells(maxSeconds: number): Promise<number>
}

const PIECE = 30

export async function coverageTables(postgis: Postgis, frame: CellFrameJson): Promise<CoverageTables> {
  const { columns, rows, sizeM } = frame
  const centre = (axis: string): string => `${sizeM} * (${axis} + 0.5)`
  await postgis.query(`
    CREATE UNLOGGED TABLE fix (device int, at int, hdop real, place geometry(Point));
    CREATE UNLOGGED TABLE cell AS
      SELECT ST_MakePoint(${centre('x')}, ${centre('y')}) AS centre
      FROM generate_series(0, ${columns - 1}) x, generate_series(0, ${rows - 1}) y;
    CREATE INDEX ON fix (device, at)`)
  return {
    async fill(tracks) {
      await postgis.query('TRUNCATE fix')
      await postgis.load('fix', linesOf(tracks, frame))
      await postgis.query('VACUUM (ANALYZE) fix')
      await postgis.query('VACUUM (ANALYZE) cell')
    },
    async coveredCells(maxSeconds) {
      await postgis.query(`
        DROP TABLE IF EXISTS line;
        CREATE UNLOGGED TABLE line AS
        WITH good AS (
          SELECT device, at, place, lag(at) OVER w AS at_before, lag(place) OVER w AS before
          FROM fix WHERE at < ${maxSeconds} AND hdop <= 5 WINDOW w AS (PARTITION BY device ORDER BY at)
        ), stretch AS (
          SELECT device, place,
            count(*) FILTER (
              WHERE at - at_before > 10 OR ST_Distance(place, before) > 40 * (at - at_before)
            ) OVER w AS stretch,
            row_number() OVER w AS n
          FROM good WINDOW w AS (PARTITION BY device ORDER BY at)
        ), piece AS (
          SELECT device, stretch, n / ${PIECE} AS piece, n, place FROM stretch
          UNION ALL SELECT device, stretch, n / ${PIECE} - 1, n, place FROM stretch WHERE n % ${PIECE} = 0
        )
        SELECT ST_MakeLine(place ORDER BY n) AS way FROM piece GROUP BY device, stretch, piece;
        CREATE INDEX ON line USING gist (way);
        ANALYZE line`)
      return Number(
        await postgis.query(
          'SELECT count(*) FROM cell WHERE EXISTS (SELECT FROM line WHERE ST_DWithin(way, centre, 15))',
        ),
      )
    },
  }
}

const LINES_A_WRITE = 2000

function* linesOf(tracks: readonly Track[], frame: CellFrameJson): Generator<string> {
  const { west, south, cellLonDeg, cellLatDeg, sizeM } = frame
  for (const [device, { count, timeMs, lon, lat, hdop }] of tracks.entries())
    for (let start = 0; start < count; start += LINES_A_WRITE) {
      let text = ''
      for (let row = start; row < Math.min(start + LINES_A_WRITE, count); row++) {
        const eastM = ((lon[row]! - west) / cellLonDeg) * sizeM
        const northM = ((lat[row]! - south) / cellLatDeg) * sizeM
        const at = (timeMs[row]! - timeMs[0]!) / 1000
        text += `${device}\t${at}\t${hdop[row]}\tPOINT(${eastM.toFixed(4)} ${northM.toFixed(4)})\n`
      }
      yield text
    }
}
