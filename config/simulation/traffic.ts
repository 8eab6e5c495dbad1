import { type Action, ACTIONS_PER_MS, actions, arrival, type Steps } from './behaviour.ts';
import type { EventLoop, Timer } from './event-loop.ts';
import type { Random } from './random.ts';
import type { Sender } from './request.ts';
import type { Service } from './service.ts';
import { drawDemand } from './service-times.ts';

/**
 * People at work. Each does things at times that do not depend on each other (Poisson): nobody waits for a slow answer
 * before the next click, so an overload is not eased by patience.
 */
export class Traffic implements Timer {
  private present: number;
  private readonly loop: EventLoop;
  private readonly service: Service;
  private readonly random: Random;
  private readonly weighted: readonly Steps[];

  /** @param present - users at work from the beginning. */
  constructor(loop: EventLoop, service: Service, random: Random, present: number) {
    this.loop = loop;
    this.service = service;
    this.random = random;
    this.present = present;
    this.weighted = spread(actions);
    this.schedule(loop.now);
  }

  /** Lets users come to work one after the other, evenly, until there are so many. */
  bring(users: number, withinMs: number): void {
    const pauseMs = withinMs / (users - this.present);
    const next: Timer = {
      due: (now) => {
        const user = this.present;
        this.present += 1;
        new Errand(this.service, this.random, user, arrival).begin(now);
        if (this.present < users) this.loop.at(now + pauseMs, next);
      },
    };
    if (this.present < users) this.loop.at(this.loop.now + pauseMs, next);
  }

  due(now: number): void {
    const user = this.random.below(Math.max(1, this.present));
    const steps = this.weighted[this.random.below(this.weighted.length)];
    if (steps !== undefined && this.present > 0) {
      new Errand(this.service, this.random, user, steps).begin(now);
    }
    this.schedule(now);
  }

  private schedule(now: number): void {
    // Nobody there yet: look again in a second.
    const pauseMs = this.present === 0 ? 1000 : this.random.exponential(1 / (ACTIONS_PER_MS * this.present));
    this.loop.at(now + pauseMs, this);
  }
}

/** One action of a user, request by request. What follows a failed one is never sent. */
class Errand implements Sender {
  private readonly service: Service;
  private readonly random: Random;
  private readonly user: number;
  private readonly steps: Steps;
  private step = 0;
  private unanswered = 0;

  constructor(service: Service, random: Random, user: number, steps: Steps) {
    this.service = service;
    this.random = random;
    this.user = user;
    this.steps = steps;
  }

  begin(now: number): void {
    const requests = this.steps[this.step] ?? [];
    this.step += 1;
    this.unanswered = requests.length;
    for (const type of requests) {
      this.service.send(this.user, drawDemand(type, this.random), this, now);
    }
  }

  answered(now: number): void {
    this.unanswered -= 1;
    if (this.unanswered === 0 && this.step < this.steps.length) this.begin(now);
  }

  failed(): void {
    this.step = this.steps.length;
  }
}

/** Actions as often as their weight says, so that drawing one is drawing a number. */
function spread(all: readonly Action[]): readonly Steps[] {
  const least = Math.min(...all.map(({ weight }) => weight));
  return all.flatMap(({ steps, weight }) => Array.from({ length: Math.round(weight / least) }, () => steps));
}
