import { readFileSync, writeFileSync } from 'node:fs'
import { TRUTH_NOISES } from '../streets/truth-rides.ts'
import { type JudgedPatrol, judgePatrol, SEEDS } from './coverage-errors.ts'
import { errorTables } from './error-tables.ts'
import { ERRORS_PAGE, withTables } from './errors-page.ts'

/** Rides all patrols and writes the made parts of docs/coverage-errors.md anew. */

const patrols: JudgedPatrol[] = []
for (const noise of TRUTH_NOISES)
  for (const seed of SEEDS) {
    const startMs = performance.now()
    const patrol = judgePatrol(seed, noise)
    patrols.push(patrol)
    const tookS = (performance.now() - startMs) / 1000
    process.stderr.write(`${noise}, seed ${seed}: ${patrol.leaps} leaps, ${tookS.toFixed(1)} s\n`)
  }
writeFileSync(ERRORS_PAGE, withTables(readFileSync(ERRORS_PAGE, 'utf8'), errorTables(patrols)))
