import { writeFileSync } from 'node:fs'
import { CATALOGUE } from '../../proto/catalogue/catalogue.ts'
import { FAULT_TABLE_PAGE, faultTablePage } from './fault-table.ts'

/** Writes docs/faults-detected.md anew from the catalogue. */
writeFileSync(FAULT_TABLE_PAGE, faultTablePage(CATALOGUE))
console.log(`docs/faults-detected.md: ${CATALOGUE.faultNamesKnown().length} kinds of fault`)
