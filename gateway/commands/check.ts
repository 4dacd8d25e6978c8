import { Command } from 'commander'
import { checkConfig } from '../configuration/check-file.ts'
import { ConfigError } from '../configuration/yaml-file.ts'

/** `check`: every mistake of configuration files. */
export function checkCommand(): Command {
  return new Command('check')
    .description(
      'check configuration files; every mistake with its line, what was found and what was expected',
    )
    .argument('<files...>', 'YAML files of edges and hubs')
    .action((files: string[]) => {
      let failed = 0
      for (const file of files) {
        try {
          console.log(`${file}: in order (${checkConfig(file)})`)
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error
          console.error(error.message)
          failed++
        }
      }
      if (failed > 0) process.exitCode = 1
    })
}
