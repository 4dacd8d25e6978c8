import { readFileSync, writeFileSync } from 'node:fs'
import { SIMULATOR_PAGE, withReference } from './reference.ts'

/** Writes the made parts of docs/simulator.md anew. */
writeFileSync(SIMULATOR_PAGE, withReference(readFileSync(SIMULATOR_PAGE, 'utf8')))
console.log('docs/simulator.md: scenario fields, happenings, wiring')
