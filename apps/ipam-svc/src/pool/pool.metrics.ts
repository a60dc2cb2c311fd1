import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Database } from '@isthmus/db';
import { Levels } from '@isthmus/telemetry';
import { PoolRepository } from './pool.repository';

const free = new Levels({
  name: 'isthmus_ipam_pool_free',
  help: 'Addresses of the zonal pools that nobody has; the same from every replica.',
  labels: ['zone', 'family'],
});

const size = new Levels({
  name: 'isthmus_ipam_pool_size',
  help: 'Addresses of the zonal pools that can be handed out.',
  labels: ['zone', 'family'],
});

/** Tells how full the zonal pools are. */
@Injectable()
export class PoolMetrics implements OnApplicationBootstrap, OnApplicationShutdown {
  private stops: (() => void)[] = [];

  constructor(
    private readonly database: Database,
    private readonly pools: PoolRepository,
  ) {}

  onApplicationBootstrap(): void {
    const look = async () =>
      (await this.pools.fill(this.database)).map(({ zone, family, size: all, taken }) => ({
        labels: { zone, family: `ipv${family}` },
        ...{ all, left: all - taken },
      }));
    this.stops = [
      free.readFrom(async () => (await look()).map(({ labels, left }) => ({ labels, value: left }))),
      size.readFrom(async () => (await look()).map(({ labels, all }) => ({ labels, value: all }))),
    ];
  }

  onApplicationShutdown(): void {
    for (const stop of this.stops) stop();
  }
}
