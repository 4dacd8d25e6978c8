import { Command } from 'commander'
import { registerImportCommands } from './import-registers.ts'
import { planImportCommands } from './import-shifts.ts'
import { importTracksCommand } from './import-tracks.ts'

/** `import`: what a hub knows beside what its gateways send; also beside a running hub. */
export function importCommand(): Command {
  const command = new Command('import').description('registers of the district, plans of patrols, and tracks')
  for (const kind of [...registerImportCommands(), ...planImportCommands(), importTracksCommand()])
    command.addCommand(kind)
  return command
}
