import { z } from 'zod'
import { HubConfig } from '../hub/config.ts'
import { loadYaml } from './yaml-file.ts'

const HubFile = z.strictObject({ hub: HubConfig })

/** @throws ConfigError */
export const loadHubConfig = (file: string): HubConfig => loadYaml(file, HubFile).hub
