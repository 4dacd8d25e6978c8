import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { loadCatalogue } from '../../proto/catalogue/catalogue.ts'
import type { Case } from '../../proto/http.ts'
import { loadHubConfig } from '../configuration/hub-file.ts'
import { caseJson, stepJson } from '../hub/ledger/case-json.ts'
import { caseSurroundings } from '../hub/ledger/case-surroundings.ts'
import { Ledger, type LedgerCase } from '../hub/ledger/ledger.ts'
import { Photos } from '../hub/ledger/photos.ts'
import { openRegisters } from '../hub/registers/registers.ts'
import { caseLine, caseLines } from './case-text.ts'
import { hubFolder } from './import-registers.ts'

/** `cases` and `case ID`: the ledger of a data folder, read directly; a hub may be running on it. */

interface Options {
  data?: string
  config?: string
  json?: boolean
}

export function casesCommand(): Command {
  return withFolder(new Command('cases'))
    .description('the cases of the ledger, newest first')
    .option('--open', 'open cases only')
    .option('--limit <number>', 'at most so many', wholeNumber, 200)
    .action((options: Options & { open?: true; limit: number }, self: Command) => {
      withLedger(options, self, (ledger, toJson) => {
        const cases = ledger.list({ open: options.open, limit: options.limit }).map(toJson)
        if (options.json) console.log(JSON.stringify({ cases }, undefined, 2))
        else for (const entry of cases) console.log(caseLine(entry))
      })
    })
}

export function caseCommand(): Command {
  return withFolder(new Command('case'))
    .description('one case with its steps')
    .argument('<id>', 'case id, as `cases` lists it')
    .action((id: string, options: Options, self: Command) => {
      withLedger(options, self, (ledger, toJson) => {
        const entry = ledger.find(id)
        if (!entry) throw new Error(`case ${id}: not in the ledger; \`gridpatrol cases\` lists what is there`)
        const found = { ...toJson(entry), steps: ledger.steps(id).map(stepJson) }
        if (options.json) console.log(JSON.stringify(found, undefined, 2))
        else for (const line of caseLines(found)) console.log(line)
      })
    })
}

function withFolder(command: Command): Command {
  return command
    .option('-d, --data <dir>', "the hub's data folder")
    .option('-c, --config <file>', "the hub's configuration, instead of --data")
    .option('--json', 'as JSON')
}

function withLedger(
  options: Options,
  command: Command,
  use: (ledger: Ledger, toJson: (entry: LedgerCase) => Case) => void,
): void {
  const folder = hubFolder(options, command)
  if (!existsSync(join(folder, 'ledger.db')))
    throw new Error(`${folder}: no ledger there; expected the data folder of a hub that has run`)
  using opened = new DisposableStack()
  const ledger = opened.adopt(new Ledger(folder), (it) => it.close())
  const photos = opened.adopt(new Photos(folder), (it) => it.close())
  const registers = opened.adopt(openRegisters(folder), (it) => it.close())
  const catalogue = loadCatalogue(options.config && loadHubConfig(options.config).catalogue)
  const surroundings = caseSurroundings(registers, photos, catalogue)
  use(ledger, (entry) => caseJson(entry, surroundings))
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new InvalidArgumentError('expected a whole number from 1 to 999999.')
  return Number(text)
}
