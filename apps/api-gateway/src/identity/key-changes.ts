import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Signals } from '@isthmus/rpc';
import { KEY_FRESH_MS, KeyRing } from './key-ring';

const CHANNEL = 'api-key-changed';
/** A timer may be a moment early, and two clocks do not run quite alike. */
const MARGIN_MS = 50;

/** Makes a change of a key hold on every gateway. */
@Injectable()
export class KeyChanges implements OnModuleInit {
  constructor(
    private readonly ring: KeyRing,
    private readonly signals: Signals,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.signals.subscribe(CHANNEL, (accessKey) => this.ring.forget(accessKey));
  }

  /**
   * Call it after the commit. The signal is usually enough, but may be lost; once this resolves no gateway, however cut
   * off it is, takes a request that comes now for what the key was before.
   */
  async tell(accessKey: string): Promise<void> {
    this.ring.forget(accessKey);
    this.signals.publish(CHANNEL, accessKey);
    await pause(KEY_FRESH_MS + MARGIN_MS);
  }
}
