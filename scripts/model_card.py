from maskgan_jax.lab.commands import model_card

model_card.main()
