import { casic } from './casic.ts'
import { mtk } from './mtk.ts'
import { quectelPair } from './quectel-pair.ts'
import type { ReceiverProfile } from './receiver-profile.ts'
import { ublox } from './ublox.ts'
import { unicore } from './unicore.ts'

/** Every family of receivers that can be set up. A new one is a file of its own and a line here. */
export const RECEIVER_PROFILES: readonly ReceiverProfile[] = [casic, mtk, quectelPair, unicore, ublox]
