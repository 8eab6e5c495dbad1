import measured from '../data/odoo-service-times.json' with { type: 'json' };

/** The runs with Poisson arrivals against which the simulation is calibrated. */
export const { openLoop, answerBeyondCpuMs } = measured;
